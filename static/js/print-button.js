// Buttons marked data-print are hidden in the page and appear here, because only a script can open the print window.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
