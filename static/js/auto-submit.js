// A choice marked data-auto-submit sends its form at once; the form's own button does the same without this script.
for (const choice of document.querySelectorAll("[data-auto-submit]")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}
