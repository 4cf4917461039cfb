package encoding

import (
	"encoding/binary"
	"math"
)

// appendFloat appends f in the shortest form that keeps it, as deterministic
// CBOR wants it. All NaN are one.
func appendFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) {
		return append(dst, itemFloat16, 0x7e, 0)
	}
	single := float32(f)
	if float64(single) != f {
		return binary.BigEndian.AppendUint64(append(dst, itemFloat64), math.Float64bits(f))
	}
	if h, ok := half(math.Float32bits(single)); ok {
		return binary.BigEndian.AppendUint16(append(dst, itemFloat16), h)
	}
	return binary.BigEndian.AppendUint32(append(dst, itemFloat32), math.Float32bits(single))
}

// half returns the bits of the half-precision number that equals the single-
// precision one, if there is one. It is not for NaN.
func half(single uint32) (h uint16, ok bool) {
	sign := uint16(single >> 16 & 0x8000)
	exp := int(single>>23&0xff) - 127
	frac := single & 0x7fffff
	switch {
	case single<<1 == 0:
		return sign, true
	case exp == 128:
		return sign | 0x7c00, true
	case exp >= -14 && exp <= 15:
		return sign | uint16(exp+15)<<10 | uint16(frac>>13), frac&0x1fff == 0
	case exp >= -24 && exp < -14: // subnormal: multiples of 2^-24
		shift := -exp - 1
		frac |= 1 << 23
		return sign | uint16(frac>>shift), frac&(1<<shift-1) == 0
	}
	return 0, false
}

// float returns the number whose bits are the argument of a head of n bytes.
func float(arg uint64, n int) float64 {
	switch n {
	case 9:
		return math.Float64frombits(arg)
	case 5:
		return float64(math.Float32frombits(uint32(arg)))
	}
	exp, frac := int(arg>>10&0x1f), float64(arg&0x3ff)
	f := 0.0
	switch exp {
	case 0:
		f = math.Ldexp(frac, -24)
	case 31:
		if f = math.Inf(1); frac != 0 {
			f = math.NaN()
		}
	default:
		f = math.Ldexp(frac+1024, exp-25)
	}
	if arg&0x8000 != 0 {
		f = -f
	}
	return f
}
