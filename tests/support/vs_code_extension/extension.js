// Open the folder's only notebook, and pass messages between its widgets and a kernel, as the Jupyter extension does.
const vscode = require("vscode");

exports.activate = async () => {
  const messaging = vscode.notebooks.createRendererMessaging("d2l-widgets");
  let socket;
  messaging.onDidReceiveMessage(({message}) => {
    if (message.connect) {
      socket = new WebSocket(message.connect);
      socket.onopen = () => messaging.postMessage({connected: true});
      socket.onmessage = event => messaging.postMessage({received: JSON.parse(event.data)});
    } else {
      socket.send(JSON.stringify(message.send));
    }
  });
  const folder = vscode.workspace.workspaceFolders[0].uri;
  const names = (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name);
  const notebook = vscode.Uri.joinPath(folder, names.find(name => name.endsWith(".ipynb")));
  await vscode.commands.executeCommand("vscode.openWith", notebook, "jupyter-notebook");
};
