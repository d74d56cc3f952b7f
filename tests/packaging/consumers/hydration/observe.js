
// Put behind the example's page: reports the page's text once React has taken the page over.
const timer = setInterval(() => {
  const root = document.getElementById("root");
  if (!Object.keys(root.firstElementChild).some((key) => key.startsWith("__reactFiber"))) return;
  clearInterval(timer);
  window.report = root.textContent;
}, 10);
