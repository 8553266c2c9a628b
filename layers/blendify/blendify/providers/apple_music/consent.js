// Asks the listener by MusicKit JS. https://js-cdn.music.apple.com/musickit/v3/docs/
const provider = {
  // Resolves when the script is loaded and configured for the application.
  async begin(parameters) {
    if (!window.MusicKit) await new Promise((done) => document.addEventListener("musickitloaded", done, { once: true }));
    await MusicKit.configure({ developerToken: parameters.developer_token, app: { name: "Blendify", build: "1" } });
  },

  // The listener's token; null when they refused.
  async ask() {
    const music = MusicKit.getInstance();
    // A listener who is signed in already would not be asked, and an expired token would be returned again.
    if (music.isAuthorized) await music.unauthorize();
    try {
      return (await music.authorize()) || null;
    } catch (error) {
      if (error && error.name === "AUTHORIZATION_ERROR") return null;
      throw error;
    }
  },

  // Only the server needs the token: remove it from the browser.
  forget() {
    for (const name of Object.keys(localStorage)) if (name.startsWith("music.")) localStorage.removeItem(name);
  },
};
