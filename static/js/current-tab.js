// On a phone the navigation scrolls sideways; the present page's tab is brought into sight.
const tabs = document.querySelector(".site-nav ul");
const tab = tabs?.querySelector("[aria-current]");
if (tab) {
  tabs.scrollLeft = tab.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
}
