// Runs before the first paint, so that no theme flashes; a file of its own because the policy forbids inline scripts.
(() => {
  let preferences = {};
  try {
    preferences = JSON.parse(localStorage.getItem('pollux.preferences') ?? '{}');
  } catch {
    // Storage may be forbidden or spoilt; the system's theme applies then.
  }
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const { theme, density } = preferences;
  document.documentElement.dataset.theme = theme === 'light' || theme === 'dark' ? theme : system;
  if (density === 'compact') document.documentElement.dataset.density = 'compact';
})();
