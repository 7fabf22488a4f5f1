// The class-day's total while a teacher types: the largest sum over the layers A, B and C, as the server counts it.
// Reads data-other-a/-b/-c, data-soft, data-hard and data-home-only of the form; writes into [data-total] and [data-total-text].
for (const form of document.querySelectorAll("form[data-running-total]")) {
  const box = form.querySelector("[data-total]");
  const text = form.querySelector("[data-total-text]");
  const number = (name) => Number.parseInt(form.elements[name]?.value, 10) || 0;
  const chosen = (name) => form.elements[name]?.value;

  const counted = (layer) => {
    const atHome = Math.max(number(`${layer}_minutes`) - number(`${layer}_in_school`), 0);
    const countsWhole = chosen("stage") === "after_class" && form.dataset.homeOnly === "0";
    return countsWhole ? number(`${layer}_minutes`) : atHome;
  };

  const show = () => {
    const isCounted = ["written", "test_paper"].includes(chosen("form")) && chosen("demand") === "required";
    const isLayered = chosen("layering") === "layered";
    const totals = ["a", "b", "c"].map((layer) => {
      const own = isCounted ? counted(isLayered ? layer : "all") : 0;
      return Number(form.dataset[`other${layer.toUpperCase()}`]) + own;
    });
    const total = Math.max(...totals);
    const soft = Number(form.dataset.soft);
    const hard = Number(form.dataset.hard);
    box.querySelector("strong").textContent = total;
    const bar = box.querySelector("progress");
    bar.value = Math.min(total, soft || 1);
    bar.setAttribute("aria-label", `当天书面必做 ${total} 分钟，上限 ${soft} 分钟`);
    box.querySelector(".cap-meter").classList.toggle("is-over", total > soft);
    if (total > hard) {
      text.textContent = `比上限多 ${total - hard} 分钟，提交会被退回；可减少用时，或存草稿请班主任统筹。`;
    } else if (total > soft) {
      text.textContent = `比假期建议总量多 ${total - soft} 分钟，提交时要写明理由。`;
    } else {
      text.textContent = `算上这一项共 ${total} 分钟，还可以再有 ${soft - total} 分钟。`;
    }
  };

  // Layers are shown when they are chosen; without this script all fields are there.
  const layers = form.querySelector("[data-layers]");
  const whole = form.querySelector('[data-layer="all"]');
  const toggle = () => {
    const isLayered = chosen("layering") === "layered";
    whole.hidden = isLayered;
    for (const layer of layers.querySelectorAll("[data-layer]")) {
      layer.hidden = !isLayered;
    }
  };

  form.addEventListener("input", () => { toggle(); show(); });
  toggle();
  show();
}
