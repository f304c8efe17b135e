// Shows HTML made by the server and tells it which element with a data-key was clicked, or chosen by keyboard.
function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "view";
  el.appendChild(root);

  // A box that is narrower than its table can be scrolled by keyboard, and says what it holds.
  const widths = new ResizeObserver((entries) => entries.forEach((entry) => reach(entry.target)));

  function reach(box) {
    const told = { tabindex: "0", role: "region", "aria-label": box.dataset.label || "" };
    for (const [name, value] of Object.entries(told)) {
      if (box.scrollWidth > box.clientWidth) box.setAttribute(name, value);
      else box.removeAttribute(name);
    }
  }

  function draw() {
    const held = root.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    root.innerHTML = model.get("html");
    widths.disconnect();
    root.querySelectorAll(".wide").forEach((box) => widths.observe(box));
    if (held !== undefined) {
      const again = root.querySelector(`[data-key="${CSS.escape(held)}"]`);
      if (again) again.focus({ preventScroll: true });
    }
    const marked = root.querySelector("[data-scroll]");
    if (marked) requestAnimationFrame(() => marked.scrollIntoView({ block: marked.dataset.scroll || "nearest" }));
  }

  function tell(event) {
    const found = event.target.closest("[data-key]");
    if (!found || !root.contains(found)) return;
    event.preventDefault();
    model.set("told", { key: found.dataset.key, count: (model.get("told").count || 0) + 1 });
    model.save_changes();
  }

  function press(event) {
    if (event.key === "Enter" || event.key === " ") tell(event);
  }

  root.addEventListener("click", tell);
  root.addEventListener("keydown", press);
  model.on("change:html", draw);
  draw();
  return () => {
    model.off("change:html", draw);
    widths.disconnect();
  };
}

export default { render };
