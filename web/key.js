// The key that a server with keys asks for: typed in once, kept for this tab, sent with every request. What sends no headers (event
// streams, WebSockets, pictures, downloads) gets a ticket in its address instead: good once, for half a minute.
const KEPT = "hazardstream-key";
export const key = () => sessionStorage.getItem(KEPT) ?? "";
export const authorization = () => (key() ? { Authorization: `Bearer ${key()}` } : {});

// Shows the form when the server asked for a key (401) or for another one (403).
export function heard(status) {
  const form = document.getElementById("key-form");
  if (!form || (status !== 401 && !(status === 403 && key()))) return;
  const wrong = status === 403 ? "This key does not open this page." : "The server does not know this key.";
  document.getElementById("key-said").textContent = key() ? wrong : "This server asks for a key.";
  if (!form.hidden) return;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sessionStorage.setItem(KEPT, document.getElementById("key").value.trim());
    location.reload();
  });
}

// The address with a ticket, or as it is where no key is known. A refusal is told to heard(), and the address comes back as it was.
export async function ticketed(address) {
  if (!key()) return address;
  const url = new URL(address, location.href);
  const asked = { route: url.pathname, session_id: url.searchParams.get("session_id") };
  const reply = await fetch("/auth/tickets", {
    method: "POST", headers: { "Content-Type": "application/json", ...authorization() }, body: JSON.stringify(asked),
  }).catch(() => null);
  if (!reply?.ok) {
    heard(reply?.status);
    return address;
  }
  url.searchParams.set("ticket", (await reply.json()).ticket);
  return String(url);
}

// A picture that needs a key as well; the newest path wins.
export async function showPicture(image, path) {
  if (image.dataset.path === path) return;
  image.dataset.path = path;
  const address = await ticketed(path);
  if (image.dataset.path === path) image.src = address;
}

export function hidePicture(image) {
  delete image.dataset.path;
  image.removeAttribute("src");
}
