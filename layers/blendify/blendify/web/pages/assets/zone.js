// Tells the server once in which time zone the listener lives, so that their days begin when they say so.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const address = new URL("me", new URL(document.documentElement.dataset.root, location.href));
if (zone && sessionStorage.getItem("time zone") !== zone) {
  sessionStorage.setItem("time zone", zone);
  const body = JSON.stringify({ time_zone: zone });
  // If it fails, the next visit tells it.
  fetch(address, { method: "PUT", headers: { "Content-Type": "application/json" }, body }).catch(() => {});
}
