// Asks the listener by MusicKit JS. https://js-cdn.music.apple.com/musickit/v3/docs/
const provider = {
  // Resolves when the script is there and knows the application.
  async begin(told) {
    if (!window.MusicKit) await new Promise((done) => document.addEventListener("musickitloaded", done, { once: true }));
    await MusicKit.configure({ developerToken: told.developer_token, app: { name: "Blendify", build: "1" } });
  },

  // The listener's token; null when they did not give it.
  async ask() {
    const music = MusicKit.getInstance();
    // Whoever is signed in already would not be asked, and a dead token would be given once more.
    if (music.isAuthorized) await music.unauthorize();
    try {
      return (await music.authorize()) || null;
    } catch (error) {
      if (error && error.name === "AUTHORIZATION_ERROR") return null;
      throw error;
    }
  },

  // The token belongs to the server now; the browser need not keep it.
  forget() {
    for (const name of Object.keys(localStorage)) if (name.startsWith("music.")) localStorage.removeItem(name);
  },
};
