// A second tap on a form that is already on its way does nothing; coming back to the page wakes it again.
// A button or form with data-confirm asks first.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (question && !window.confirm(question)) {
    event.preventDefault();
    return;
  }
  if (form.dataset.sent && !event.defaultPrevented) {
    event.preventDefault();
    return;
  }
  if (form.method === "post") {
    form.dataset.sent = "1";
    window.setTimeout(() => delete form.dataset.sent, 8000); // a lost signal must not lock the form
  }
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
  }
});
const summary = document.querySelector(".error-summary");
if (summary) {
  summary.focus();
}
