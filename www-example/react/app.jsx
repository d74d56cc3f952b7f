// What the server and the page both render. Nothing here knows where flags come from.

import { useBooleanFlagValue, useContextMutator, useNumberFlagValue, useObjectFlagValue } from "@openfeature/react-sdk";

const NO_RECOMMENDATIONS = { model: "none", slots: 0 };

export function App() {
  const newCheckout = useBooleanFlagValue("new-checkout", false);
  const freeShippingFrom = useNumberFlagValue("free-shipping-from", 49.9);
  const { slots } = useObjectFlagValue("recommendations", NO_RECOMMENDATIONS);
  const { setContext } = useContextMutator({ defaultContext: true });
  return (
    <main>
      <p id="shipping">Free shipping from {freeShippingFrom} €.</p>
      <p id="checkout">{newCheckout ? "Checkout on one page." : "Checkout in four steps."}</p>
      <p id="recommendations">{slots} recommendations.</p>
      <button onClick={() => setContext((user) => ({ ...user, plan: user.plan === "plus" ? "free" : "plus" }))}>Join or leave Plus</button>
    </main>
  );
}
