"use client";

import * as samebucket from "samebucket";
import { useEffect } from "react";
import { check } from "../check.mjs";

export default function Page() {
  useEffect(() => {
    samebucket.init().then(() => (window.report = check(samebucket)), (error) => (window.failure = error.message));
  }, []);
  return <p>A page whose flags are evaluated in the browser.</p>;
}
