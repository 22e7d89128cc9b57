import { createApp } from "vue";
import App from "./App.vue";
import { api } from "./api/desk";
import { router } from "./router";
import { session } from "./state/session";
import "./styles.css";

api.client.barriers = {
  signedOut: () => {
    session.user = null;
    session.known = true;
    const here = router.currentRoute.value;
    if (here.matched.length > 0 && !here.meta.open) void router.replace({ name: "sign-in", query: { back: here.fullPath } });
  },
  secondFactorRequired: () => {
    if (router.currentRoute.value.name !== "security") void router.replace({ name: "security" });
  },
  passwordRequired: () => {
    if (router.currentRoute.value.name !== "password") void router.replace({ name: "password" });
  },
};

createApp(App).use(router).mount("#app");
