// Show widgets by the package that VS Code's Jupyter extension uses, and do without a kernel what its renderer does.
import {activate as offer} from "./ipywidgets8.js";
import {Kernel} from "./kernel.js";

export const activate = context => {
  const modules = new Map();
  let connection;
  // The Jupyter extension has VS Code's own renderer run the scripts in an Output widget
  const showScript = async ({data}, node) => {
    const renderer = await context.getRenderer("vscode.builtin-renderer");
    const mime = "application/javascript", signal = new AbortController().signal;
    await renderer.renderOutputItem({id: crypto.randomUUID(), mime, metadata: {}, text: () => data[mime]}, node, signal);
  };
  const connect = channels => new Promise(resolve => {
    const kernel = new Kernel(send => context.postMessage({send}));
    context.onDidReceiveMessage(message => {
      if (message.received) kernel.receive(message.received);
      if (!message.connected) return;
      // In place of RequireJS, by which the package finds its own modules
      window.define = (name, make) => modules.set(name, make());
      window.requirejs = (names, found) => found(...names.map(name => modules.get(name)));
      offer();
      window.vscIPyWidgets8.load();
      const loader = {widgetsRegisteredInRequireJs: new Set(), successHandler() {}, errorHandler: console.error};
      const manager = new window.vscIPyWidgets.WidgetManager(kernel, undefined, loader, () => {});
      manager.registerMimeRenderer("application/javascript", showScript);
      manager._loadFromKernel().then(() => resolve(manager));  // the cells ran before the page was opened
    });
    context.postMessage({connect: channels});
  });
  return {
    async renderOutputItem(item, element) {
      const {channels, model_id} = item.json();
      if (!channels) {
        const fallback = new Error();
        fallback.name = "vscode.fallbackToNextRenderer";
        throw fallback;
      }
      connection = connection ?? connect(channels);
      const manager = await connection;
      element.style.background = "white";  // as the Jupyter extension, in dark themes too
      const view = await manager.create_view(await manager.get_model(model_id), {el: element});
      await manager.display_view(item.json(), view, {node: element});
    },
  };
};
