// On a phone the navigation scrolls sideways; the present section and page are brought into sight.
for (const tabs of document.querySelectorAll(".site-nav ul")) {
  const tab = tabs.querySelector("[aria-current]");
  if (tab) {
    tabs.scrollLeft = tab.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
  }
}
