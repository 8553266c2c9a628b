// Stands in for MusicKit JS v3 where accounts are simulated: what a page needs that connects an account, and no player.
(() => {
  "use strict";

  const origin = new URL(
    (document.currentScript || document.querySelector('script[src*="/musickit/v3/musickit.js"]')).src
  ).origin;
  const firstListener = "listener by default";
  const listeners = new Map();
  let instance;

  class MKError extends Error {
    constructor(name, description) {
      super(description);
      this.name = name;
      this.description = description;
    }
  }

  async function post(path, fields) {
    let response;
    try {
      response = await fetch(origin + path, { method: "POST", body: new URLSearchParams(fields) });
    } catch {
      throw new MKError("NETWORK_ERROR", "The service could not be reached.");
    }
    let told = {};
    try {
      told = await response.json();
    } catch {
      // An answer that is no JSON says nothing but its status.
    }
    if (!response.ok) {
      const known = { 401: "ACCESS_DENIED", 403: "AUTHORIZATION_ERROR", 429: "QUOTA_EXCEEDED" };
      throw new MKError(known[response.status] || "SERVER_ERROR", told.error || `Status ${response.status}`);
    }
    return told;
  }

  // In-page, as a window of its own may be kept from opening; styled by script, as a page may forbid style elements.
  function ask(app) {
    return new Promise((resolve) => {
      const overlay = document.createElement("div");
      overlay.id = "musickit-consent";
      overlay.setAttribute("role", "dialog");
      overlay.setAttribute("aria-label", "Apple Music");
      Object.assign(overlay.style, {
        position: "fixed", inset: "0", display: "grid", placeItems: "center", zIndex: "2147483647",
        background: "rgba(0, 0, 0, .6)", font: "16px/1.5 system-ui, sans-serif",
      });
      const form = document.createElement("form");
      Object.assign(form.style, {
        maxWidth: "22rem", padding: "2rem", borderRadius: "1rem", background: "#fff", color: "#1d1d1f",
      });
      const heading = document.createElement("h1");
      heading.textContent = `${app.name} would like to access Apple Music`;
      heading.style.fontSize = "1.2rem";
      const label = document.createElement("label");
      label.textContent = "You are ";
      const listener = document.createElement("input");
      Object.assign(listener, { name: "listener", value: firstListener, maxLength: 64, autocomplete: "off" });
      label.append(listener);
      form.append(heading, label);
      for (const [decision, words] of [["allow", "Allow"], ["deny", "Don’t Allow"]]) {
        const button = document.createElement("button");
        Object.assign(button, { name: "decision", value: decision, type: "submit", textContent: words });
        button.style.marginLeft = "1rem";
        form.append(button);
      }
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        overlay.remove();
        const decision = event.submitter ? event.submitter.value : "allow";
        resolve({ listener: listener.value, decision });
      });
      overlay.append(form);
      document.body.append(overlay);
    });
  }

  class MusicKitInstance {
    #developerToken;
    #app;
    #key;
    #musicUserToken;

    constructor(developerToken, app) {
      this.#developerToken = developerToken;
      this.#app = app;
      this.#key = `music.${app.name}.media-user-token`;
      this.#musicUserToken = this.#kept();
    }

    get developerToken() {
      return this.#developerToken;
    }

    get isAuthorized() {
      return this.#musicUserToken !== undefined;
    }

    get musicUserToken() {
      return this.#musicUserToken;
    }

    // Whoever is signed in already is not asked again, and gets the token that was kept, dead or alive.
    async authorize() {
      if (!this.isAuthorized) {
        const decided = await ask(this.#app);
        const told = await post("/_simulator/authorize", { ...decided, developer_token: this.#developerToken });
        this.#keep(told.music_user_token);
      }
      return this.#musicUserToken;
    }

    // Ends the token itself, for everybody who was given it.
    async unauthorize() {
      const ended = this.#musicUserToken;
      if (ended !== undefined) {
        this.#keep(undefined);
        await post("/_simulator/unauthorize", { music_user_token: ended });
      }
    }

    addEventListener(name, callback) {
      listeners.set(name, [...(listeners.get(name) || []), callback]);
    }

    removeEventListener(name, callback) {
      listeners.set(name, (listeners.get(name) || []).filter((each) => each !== callback));
    }

    #keep(token) {
      this.#musicUserToken = token;
      try {
        if (token === undefined) localStorage.removeItem(this.#key);
        else localStorage.setItem(this.#key, token);
      } catch {
        // A page without storage has its token as long as it is open.
      }
      const event = { authorizationStatus: this.isAuthorized ? 3 : 0 };
      for (const callback of listeners.get(MusicKit.Events.authorizationStatusDidChange) || []) callback(event);
    }

    #kept() {
      try {
        return localStorage.getItem(this.#key) || undefined;
      } catch {
        return undefined;
      }
    }
  }

  const MusicKit = {
    Events: Object.freeze({ authorizationStatusDidChange: "authorizationStatusDidChange" }),

    async configure({ developerToken, app } = {}) {
      if (!developerToken) throw new MKError("CONFIGURATION_ERROR", "configure() needs a developerToken.");
      if (!app || !app.name || !app.build) {
        throw new MKError("CONFIGURATION_ERROR", "configure() needs app.name and app.build.");
      }
      instance = new MusicKitInstance(developerToken, app);
      document.dispatchEvent(new Event("musickitconfigured"));
      return instance;
    },

    getInstance() {
      return instance;
    },
  };

  window.MusicKit = MusicKit;
  document.dispatchEvent(new Event("musickitloaded"));
})();
