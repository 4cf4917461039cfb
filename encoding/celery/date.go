package celery

import "time"

// parseDate reads a date as Python's datetime.isoformat writes it: with or
// without a fraction, of which microseconds are kept, and with or without an
// offset. Without one it is UTC, as in Celery.
func parseDate(s []byte) (t time.Time, ok bool) {
	d := dateReader{s}
	year, month, day := d.number(4), d.after('-', 2), d.after('-', 2)
	if len(d.rest) > 0 && d.rest[0] == ' ' {
		d.rest = d.rest[1:]
	} else if !d.take('T') {
		return t, false
	}
	hour, minute, second := d.number(2), d.after(':', 2), d.after(':', 2)
	if year < 1 || month < 1 || day < 1 || hour < 0 || minute < 0 || second < 0 || hour > 23 || minute > 59 || second > 59 {
		return t, false
	}
	micro := 0
	if d.take('.') {
		if micro, ok = d.fraction(); !ok {
			return t, false
		}
	}
	offset, ok := d.offset()
	if !ok || len(d.rest) > 0 {
		return t, false
	}
	t = time.Date(year, time.Month(month), day, hour, minute, second, micro*1000, time.UTC)
	if t.Month() != time.Month(month) || t.Day() != day { // there is no such day
		return time.Time{}, false
	}
	t = t.Add(-offset)
	return t, t.Year() >= 1 && t.Year() <= 9999
}

// appendDate appends t as Python's isoformat of a date in UTC.
func appendDate(dst []byte, t time.Time) []byte {
	t = t.UTC()
	if t.Nanosecond() < 1000 {
		return t.AppendFormat(dst, "2006-01-02T15:04:05+00:00")
	}
	return t.AppendFormat(dst, "2006-01-02T15:04:05.000000+00:00")
}

type dateReader struct{ rest []byte }

func (d *dateReader) take(c byte) bool {
	if len(d.rest) == 0 || d.rest[0] != c {
		return false
	}
	d.rest = d.rest[1:]
	return true
}

// number reads n digits; it returns -1 if they are not there.
func (d *dateReader) number(n int) int {
	if len(d.rest) < n {
		return -1
	}
	sum := 0
	for _, c := range d.rest[:n] {
		if c < '0' || c > '9' {
			return -1
		}
		sum = 10*sum + int(c-'0')
	}
	d.rest = d.rest[n:]
	return sum
}

// after reads c and n digits.
func (d *dateReader) after(c byte, n int) int {
	if !d.take(c) {
		return -1
	}
	return d.number(n)
}

// fraction reads digits up to the first other byte, as microseconds.
func (d *dateReader) fraction() (micro int, ok bool) {
	unit := 100_000
	for len(d.rest) > 0 && d.rest[0] >= '0' && d.rest[0] <= '9' {
		micro += unit * int(d.rest[0]-'0')
		unit /= 10
		d.rest, ok = d.rest[1:], true
	}
	return micro, ok
}

// offset reads what is left: Z, nothing, or an offset such as +01:00.
func (d *dateReader) offset() (time.Duration, bool) {
	if len(d.rest) == 0 || d.take('Z') {
		return 0, true
	}
	sign := time.Duration(1)
	if d.take('-') {
		sign = -1
	} else if !d.take('+') {
		return 0, false
	}
	hours := d.number(2)
	d.take(':')
	minutes, seconds := d.number(2), 0
	if d.take(':') {
		seconds = d.number(2)
	}
	if hours < 0 || minutes < 0 || seconds < 0 || hours > 23 || minutes > 59 || seconds > 59 {
		return 0, false
	}
	return sign * (time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute + time.Duration(seconds)*time.Second), true
}
