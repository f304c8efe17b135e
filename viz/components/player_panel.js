// Part five of the player: the series of the place that is looked at.

// What the panel shows of a place: name and charts. A chart is a title, a unit and a line for each side.
function chartsOf(key, data, words) {
  const [kind, name] = key.split(":");
  const list = kind === "port" ? data.base.ports : data.base.cities;
  const i = key ? list.findIndex((place) => place.key === name) : -1;
  const apart = data.difference;
  const charts = [];
  const levels = (spec, pick) => {
    const lines = data.sides.map((side, s) => ({ name: side.heading, style: "ab"[s], values: pick(side) })).filter((line) => line.values);
    if (lines.length) charts.push({ title: spec.label, unit: spec.unit, lines });
  };
  const change = (line) => {
    const near = apart.few ? {} : { low: line.low, high: line.high };
    charts.push({ title: words.difference, unit: apart.unit, band: apart.few ? "" : words.interval, lines: [{ name: words.difference_of, style: "d", values: line.values, ...near }] });
  };
  const of = (flat) => series(flat, list.length, i);
  if (i < 0) {
    levels(data.shade, (side) => side.province);
    if (apart && apart.province) change(apart.province);
    if (data.size && data.size.name !== data.shade.name) levels(data.size, (side) => side.province_size);
    return { name: words.province, charts };
  }
  if (kind === "port") {
    levels(data.port, (side) => of(side.ports));
    return { name: words.port_of.replace("{name}", list[i].name), charts };
  }
  levels(data.shade, (side) => of(side.shade));
  if (apart) change({ values: of(apart.shade), low: of(apart.low), high: of(apart.high) });
  if (data.size && data.size.name !== data.shade.name) levels(data.size, (side) => of(side.size));
  if (data.shade.name !== data.distress.name) levels(data.distress, (side) => of(side.ring));
  return { name: list[i].name, charts };
}

class Panel {
  constructor(parent, data, words, leave) {
    Object.assign(this, { data, words, leave, charts: [] });
    this.box = part("div", "lp-panel", parent);
  }
  fill(key, chosen) {
    const { data, words } = this;
    const { name, charts } = chartsOf(key, data, words);
    this.box.replaceChildren();
    const head = part("div", "lp-place-head", this.box);
    part("h2", "lp-place-name", head, {}, name);
    if (chosen) {
      const back = part("button", "lp-let-go", head, { type: "button", title: words.back, "aria-label": words.back }, "\u00d7");
      back.addEventListener("click", this.leave);
    }
    if (data.sides.length > 1) this.lines(part("div", "lp-lines", head));
    this.charts = charts.map((chart) => new Series(this.box, data, chart));
    if (!key) part("p", "lp-hint", this.box, {}, words.hint);
    this.box.style.setProperty("--charts", Math.max(2, this.charts.length));
    this.lay();
  }
  // Which line is which side.
  lines(parent) {
    this.data.sides.forEach((side, s) => {
      const sign = part("span", "lp-sign", parent, { "data-line": "ab"[s] });
      draw("path", { d: "M0 6h28", class: `lp-line ${"ab"[s]}` }, draw("svg", { class: "lp-line-key", viewBox: "0 0 28 12", "aria-hidden": "true" }, sign));
      part("span", "", sign, {}, side.heading);
    });
  }
  lay() {
    for (const chart of this.charts) chart.lay();
  }
  draw(time, index) {
    for (const chart of this.charts) chart.draw(time, index);
  }
}
