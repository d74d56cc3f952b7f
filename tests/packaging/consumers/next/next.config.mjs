export default { serverExternalPackages: ["samebucket"], turbopack: { root: new URL("../../../..", import.meta.url).pathname } };
