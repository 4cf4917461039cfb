// The page can be read without this script. It adds the news, unfolds trees where
// they stand, and moves about in the map by the arrow keys.
"use strict";

const $ = (selector) => document.querySelector(selector);

// News: the server sends the part of the page that changed, under its id.
const news = {
	source: null,
	paused: false,

	start() {
		this.stop();
		const source = new EventSource(region.dataset.news);
		source.onopen = () => show("live", "Live");
		source.onerror = () => {
			show("lost", "Reconnecting");
			if (source.readyState === EventSource.CLOSED) this.later = setTimeout(() => this.start(), 5000);
		};
		for (const name of ["standing", "rows"]) source.addEventListener(name, (e) => replace($("#" + name), e.data));
		source.addEventListener("cells", (e) => recolour(e.data));
		source.addEventListener("gone", () => {
			this.stop();
			show("lost", "Deleted");
		});
		this.source = source;
	},

	stop() {
		clearTimeout(this.later);
		if (this.source) this.source.close();
		this.source = null;
	},
};

const region = $("[data-news]");
const button = $("#pause");
if (region) {
	button.hidden = false;
	button.addEventListener("click", () => {
		news.paused = !news.paused;
		button.setAttribute("aria-pressed", news.paused);
		if (news.paused) {
			news.stop();
			show("paused", "Paused");
		} else {
			news.start();
		}
	});
	// A tab that nobody looks at keeps no connection; browsers have few for one host.
	document.addEventListener("visibilitychange", () => {
		if (document.hidden) news.stop();
		else if (!news.paused) news.start();
	});
	news.start();
}

function show(state, word) {
	button.className = state;
	button.querySelector(".word").textContent = word;
	button.title = state === "paused" ? "Go on showing news" : "Pause";
}

// replace makes an element show what the server made.
function replace(element, html) {
	const made = document.createElement("template");
	made.innerHTML = html;
	patchChildren(element, made.content);
	const line = element.querySelector("[data-say]");
	if (line) {
		const done = line.dataset.percent === "100";
		document.title = document.title.replace(/^(\d+% · )?/, done ? "" : `${line.dataset.percent}% · `);
		say(line.dataset.say, done);
	}
}

// patchChildren changes as little as it can, so that what has the focus, or is just
// being clicked, stays. Children with a key are the same as those that had it.
function patchChildren(from, to) {
	let at = from.firstChild;
	const dropUntil = (end) => {
		while (at && at !== end) {
			const next = at.nextSibling;
			at.remove();
			at = next;
		}
	};
	for (const wanted of [...to.childNodes]) {
		const key = wanted.dataset?.key;
		const same = key && [...from.children].find((n) => n.dataset.key === key);
		if (same) dropUntil(same); // not moved: that would take the focus away
		if (!at || at.nodeName !== wanted.nodeName || at.dataset?.key !== key) {
			from.insertBefore(wanted, at);
			continue;
		}
		patch(at, wanted);
		at = at.nextSibling;
	}
	dropUntil(null);
}

function patch(from, to) {
	if (from.nodeType !== Node.ELEMENT_NODE) {
		if (from.data !== to.data) from.data = to.data;
		return;
	}
	for (const { name } of [...from.attributes]) if (!to.hasAttribute(name)) from.removeAttribute(name);
	for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
	patchChildren(from, to);
}

// say reads the progress out, but not more often than one can listen.
let said = 0;
function say(text, done) {
	if (!done && Date.now() - said < 10000) return;
	said = Date.now();
	$("#say").textContent = text;
}

// The map: a letter for each cell, in order.
const map = $("#cells");
const names = map && JSON.parse(map.dataset.names);
function recolour(codes) {
	[...map.children].forEach((cell, i) => {
		if (i < codes.length && cell.className !== codes[i]) {
			cell.className = codes[i];
			cell.title = `${cell.getAttribute("href")} ${names[codes[i]]}`;
		}
	});
}

// The map is one stop of the Tab key; the arrow keys go on from there.
if (map) {
	const cells = [...map.children];
	const columns = () => getComputedStyle(map).gridTemplateColumns.split(" ").length;
	const steps = { ArrowRight: () => 1, ArrowLeft: () => -1, ArrowDown: columns, ArrowUp: () => -columns(), Home: () => -cells.length, End: () => cells.length };
	let current = 0;
	cells.forEach((cell, i) => {
		cell.tabIndex = i === 0 ? 0 : -1;
	});
	map.addEventListener("keydown", (e) => {
		if (!steps[e.key] || e.ctrlKey || e.metaKey || e.altKey) return;
		e.preventDefault();
		const next = current + steps[e.key]();
		cells[["Home", "End"].includes(e.key) || (next >= 0 && next < cells.length) ? Math.max(0, Math.min(next, cells.length - 1)) : current].focus();
	});
	map.addEventListener("focusin", (e) => {
		cells[current].tabIndex = -1;
		current = cells.indexOf(e.target);
		e.target.tabIndex = 0;
	});
}

// A nested group is fetched when it is unfolded for the first time. Until then,
// and without this script, there is a link to its own page.
addEventListener(
	"toggle",
	async (e) => {
		const details = e.target;
		const from = details.dataset && details.dataset.tree;
		if (!from || !details.open) return;
		delete details.dataset.tree;
		const response = await fetch(from).catch(() => null);
		if (!response || !response.ok) {
			details.dataset.tree = from; // the next time, perhaps
			return;
		}
		const page = new DOMParser().parseFromString(await response.text(), "text/html");
		details.append(...page.querySelector("#lines").children);
	},
	true,
);
