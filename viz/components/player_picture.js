// Part six of the player: the maps as a file.

const STYLES = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "opacity", "display", "paint-order", "font-size", "font-family", "font-weight", "text-anchor"];

// The maps as they stand, side by side in one file that needs no styles from elsewhere.
function picture(player) {
  const { base, shade, difference } = player.data;
  const look = getComputedStyle(player.root);
  const width = base.width * player.maps.length;
  const rows = rowsOf(signs(player.data, player.words, player.still), width);
  const height = base.height + 80 + 20 * rows.length;
  const svg = draw("svg", { xmlns: SVG, viewBox: `0 0 ${width} ${height}`, width, height, "font-family": look.fontFamily });
  draw("rect", { width, height, fill: look.getPropertyValue("--ground") || "#fff" }, svg);
  player.maps.forEach((map, i) => {
    const group = draw("g", { transform: `translate(${i * base.width} 34)` }, svg);
    const text = (x, y, said, size) => {
      draw("text", { x, y, fill: look.color, "font-size": size }, group).textContent = said;
    };
    text(12, -12, `${map.apart ? map.title.tip : map.title.name}, ${player.root.dataset.quarter}. ${map.title.run}`, 13);
    map.svg.style.setProperty("--u", 1); // letters in the size of the file, not of the page
    map.svg.classList.remove("lp-small");
    for (const layer of map.svg.children) {
      const copy = layer.cloneNode(true);
      const from = [layer, ...layer.querySelectorAll("*")], to = [copy, ...copy.querySelectorAll("*")];
      from.forEach((node, k) => {
        const style = getComputedStyle(node);
        for (const name of STYLES) to[k].setAttribute(name, style.getPropertyValue(name));
        if (style.transform !== "none") to[k].setAttribute("transform", style.transform);
        for (const name of ["tabindex", "role", "style"]) to[k].removeAttribute(name);
      });
      group.append(copy);
    }
    map.fit();
    const limits = map.figures.limits, swatch = map.box.ownerDocument.querySelectorAll(`.lp-scale[data-scale=${map.apart ? "difference" : "level"}] .lp-swatch`);
    swatch.forEach((node, k) => {
      draw("rect", { x: 12 + 52 * k, y: base.height + 6, width: 52, height: 10, fill: getComputedStyle(node).backgroundColor }, group);
      if (k < limits.length) text(52 + 52 * k, base.height + 28, short(limits[k]), 11);
    });
    text(24 + 52 * swatch.length, base.height + 16, map.apart ? difference.unit : `${shade.label}, ${shade.unit}`, 12);
  });
  rows.forEach((row, i) => {
    const group = draw("g", { transform: `translate(12 ${base.height + 84 + 20 * i})`, class: "lp-signs" }, svg);
    for (const [name, said, x] of row) drawSign(draw("g", { transform: `translate(${x} 0)` }, group), name, said, look);
  });
  return new XMLSerializer().serializeToString(svg);
}

// Signs in rows that the picture has room for, each with where it begins.
function rowsOf(found, width) {
  const rows = [[]];
  let x = 0;
  for (const [name, said] of found) {
    const wide = 40 + [...said].reduce((sum, letter) => sum + (letter > "\u2fff" ? 12 : 6.4), 0);
    if (x && x + wide > width - 24) x = rows.push([]) && 0;
    rows.at(-1).push([name, said, x]);
    x += wide;
  }
  return rows;
}

function drawSign(group, name, said, look) {
  const colour = (property) => look.getPropertyValue(property);
  const circle = (attributes) => draw("circle", { cx: 7, cy: -4, r: 6, fill: "none", "stroke-width": 1.5, ...attributes }, group);
  if (name === "hatch") {
    draw("rect", { x: 0, y: -10, width: 14, height: 12, fill: colour("--d5") }, group);
    draw("path", { d: "M0-3 7-10M0 2 12-10M5 2 14-7M11 2l3-3", stroke: colour("--panel"), "stroke-width": 2 }, group);
  }
  if (name === "bubble") circle({ stroke: colour("--bubble"), fill: colour("--bubble"), "fill-opacity": 0.45 });
  if (name === "less") circle({ stroke: colour("--bubble"), "stroke-dasharray": "3 2" });
  if (name === "ring") draw("path", { d: "M7-10a6 6 0 0 1 6 6", fill: "none", stroke: colour("--ring"), "stroke-width": 3 }, group);
  if (name === "port") draw("path", { d: "M7-10 13-4 7 2 1-4z", fill: colour("--ink") }, group);
  if (name === "lane") draw("path", { d: "M0-4h14", stroke: colour("--accent"), "stroke-opacity": 0.5, "stroke-width": 5 }, group);
  if (name === "pulse") circle({ stroke: colour("--pulse") });
  draw("text", { x: 20, y: 0, "font-size": 12, fill: look.color }, group).textContent = said;
}
