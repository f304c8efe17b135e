// Part three of the player: the time line with its events, and the series of one place with the moving quarter.

const MARK = 26; // height of a row of events, px
const TICK = 12; // height of a number in a chart, px

class TimeLine {
  constructor(parent, data, words, clock, starts) {
    Object.assign(this, { data, words, clock });
    const last = data.quarters - 1;
    this.box = part("div", "lp-time", parent);
    const what = part("div", "lp-span", this.box, { "aria-hidden": "true" });
    const share = (index) => `calc(${THUMB / 2}px + (100% - ${THUMB}px) * ${last ? index / last : 0})`;
    const ends = Math.min(data.history - 0.5, last);
    part("span", "lp-past", what, { style: `left:0;width:${share(ends)}` }, words.history);
    if (ends < last) part("span", "lp-future", what, { style: `left:${share(ends)};right:0` }, words.what_if);
    this.range = part("input", "lp-scrub", this.box, { type: "range", min: 0, max: last, step: 1, "aria-label": words.scrub });
    let held = false;
    this.range.addEventListener("input", () => {
      if (!held) this.resume = clock.playing;
      held = true;
      clock.stop();
      clock.go(Number(this.range.value), false);
    });
    this.range.addEventListener("change", () => {
      held = false;
      if (this.resume) clock.play();
      else clock.go(Number(this.range.value));
    });
    const years = part("div", "lp-years", this.box, { "aria-hidden": "true" });
    for (let year = Math.ceil(data.first / 5) * 5; (year - data.first) * 4 <= last; year += 5) {
      part("span", "", years, { style: `left:${share((year - data.first) * 4)}` }, String(year));
    }
    this.events = part("div", "lp-events", this.box, { role: "group", "aria-label": words.events });
    this.marks = starts.map((event) => {
      const said = event.label + words.colon + event.text;
      const mark = part("button", event.new ? "lp-event lp-new" : "lp-event", this.events, {
        type: "button", title: said, "aria-label": said, "data-quarter": event.label, style: `left:${share(event.quarter)}`,
      }, event.key);
      mark.addEventListener("click", (pressed) => {
        clock.go(event.quarter);
        if (pressed.detail) parent.focus({ preventScroll: true }); // after a click, unlike Enter, the space bar is to play
      });
      return mark;
    });
    this.starts = starts;
  }
  // Marks that would cover each other stand in rows of their own.
  fit() {
    const width = this.box.clientWidth;
    const ends = [];
    this.marks.forEach((mark, i) => {
      const x = (this.starts[i].quarter / Math.max(1, this.data.quarters - 1)) * width;
      let row = ends.findIndex((end) => x >= end);
      if (row < 0) row = ends.push(0) - 1;
      ends[row] = x + MARK;
      mark.style.top = `${row * MARK}px`;
    });
    this.events.style.height = `${Math.max(1, ends.length) * MARK}px`;
  }
  draw(index, spoken) {
    if (this.range.valueAsNumber !== index) this.range.value = index;
    this.range.setAttribute("aria-valuetext", spoken);
    this.starts.forEach((event, i) => this.marks[i].toggleAttribute("data-past", event.quarter <= index));
  }
}

// A chart of one variable of one place: a line for each side, the quarter that is shown as an upright line. A line may
// have a band around it, from low to high.
class Series {
  constructor(parent, data, { title, unit, lines, band }) {
    Object.assign(this, { data, unit, lines, left: 1, top: 4, bottom: 16 });
    this.box = part("div", "lp-series", parent, { "data-series": title });
    const head = part("div", "lp-series-head", this.box);
    part("span", "lp-series-title", head, {}, title);
    if (band) part("span", "lp-band-key", head, {}, band);
    this.now = part("span", "lp-series-now", head);
    const near = (line) => (line.low ? ` (${band}: ${plain(line.low.at(-1), true)} \u2013 ${plain(line.high.at(-1), true)})` : "");
    const spoken = lines.map((line) => `${line.name}: ${plain(line.values[0])} \u2192 ${plain(line.values.at(-1))}${near(line)}`).join("; ");
    this.svg = draw("svg", { role: "img", "aria-label": `${title}, ${unit}. ${spoken}` }, this.box);
    const known = lines.flatMap((line) => [...line.values, ...(line.low || []), ...(line.high || [])]).filter((value) => value !== null);
    const low = known.reduce((a, b) => Math.min(a, b), Infinity), high = known.reduce((a, b) => Math.max(a, b), -Infinity);
    const pad = high > low ? 0 : Math.abs(high) || 1;
    this.low = low >= 0 && low < 0.5 * high ? 0 : low - pad;
    this.high = high + pad;
  }
  // Draw at the size that the page gives; the others of the panel must be there by then.
  lay() {
    const { data, lines } = this;
    const { width, height } = this.svg.getBoundingClientRect();
    Object.assign(this, { width: Math.max(120, width), height: Math.max(60, height), index: -1 });
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    this.svg.replaceChildren();
    const floor = this.height - this.bottom;
    const past = Math.min(data.history - 0.5, data.quarters - 1);
    draw("rect", { x: this.left, y: this.top, width: Math.max(0, this.x(past) - this.left), height: floor - this.top, class: "lp-shade" }, this.svg);
    draw("line", { x1: this.left, x2: this.width - 8, y1: floor, y2: floor, class: "lp-axis" }, this.svg);
    const years = data.quarters / 4;
    for (let year = Math.ceil(data.first / 5) * 5; year < data.first + years; year += 5) {
      draw("text", { x: this.x((year - data.first) * 4), y: this.height - 4, class: "lp-tick", "text-anchor": "middle" }, this.svg).textContent = year;
    }
    if (this.low < 0 && this.high > 0) draw("line", { x1: this.left, x2: this.width - 8, y1: this.y(0), y2: this.y(0), class: "lp-axis" }, this.svg);
    for (const line of lines) if (line.low) draw("path", { d: this.band(line), class: "lp-band" }, this.svg);
    for (const line of lines) draw("path", { d: this.path(line.values), class: `lp-line ${line.style}` }, this.svg);
    for (const [value, y] of [[this.high, this.y(this.high) - 3], [this.low, this.low ? this.y(this.low) + 10 : floor - 3]]) {
      draw("text", { x: this.left + 3, y, class: "lp-tick lp-tick-value" }, this.svg).textContent = plain(value, this.low < 0);
    }
    this.cursor = draw("line", { y1: this.top, y2: floor, class: "lp-cursor" }, this.svg);
    this.dots = lines.map((line) => draw("circle", { r: 3, class: `lp-dot ${line.style}` }, this.svg));
  }
  x(index) {
    return this.left + (index / Math.max(1, this.data.quarters - 1)) * (this.width - this.left - 8);
  }
  y(value) {
    const floor = this.height - this.bottom - (this.low ? TICK : 0); // room for the numbers at both ends of the scale
    return floor - ((value - this.low) / (this.high - this.low)) * (floor - this.top - TICK);
  }
  band({ low, high }) {
    const known = low.map((_, i) => i).filter((i) => low[i] !== null && high[i] !== null);
    const points = [...known.map((i) => [i, high[i]]), ...known.reverse().map((i) => [i, low[i]])];
    return points.length ? `M${points.map(([i, value]) => `${this.x(i).toFixed(1)} ${this.y(value).toFixed(1)}`).join("L")}Z` : "";
  }
  path(values) {
    let pen = "M";
    return values.map((value, i) => {
      if (value === null) return (pen = "M") && "";
      const step = `${pen}${this.x(i).toFixed(1)} ${this.y(value).toFixed(1)}`;
      pen = "L";
      return step;
    }).join("");
  }
  draw(time, index) {
    const x = this.x(time).toFixed(1);
    this.cursor.setAttribute("x1", x);
    this.cursor.setAttribute("x2", x);
    this.lines.forEach((line, i) => {
      const value = at(line.values, 1, 0, time);
      this.dots[i].style.display = value === null ? "none" : "";
      if (value !== null) {
        this.dots[i].setAttribute("cx", x);
        this.dots[i].setAttribute("cy", this.y(value).toFixed(1));
      }
    });
    if (index === this.index) return;
    this.index = index;
    this.now.textContent = `${this.lines.map((line) => plain(line.values[index], line.style === "d")).join(" | ")} ${this.unit}`;
  }
}

// Every entry of a flat series that belongs to entity i of n.
function series(flat, n, i) {
  const out = [];
  for (let place = i; place < flat.length; place += n) out.push(flat[place]);
  return out;
}
