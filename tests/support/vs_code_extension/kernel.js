// A connection to a kernel with what the widget manager of VS Code's Jupyter extension asks of one.

class Signal {
  slots = [];
  connect(slot) { this.slots.push(slot); }
  disconnect(slot) { this.slots = this.slots.filter(other => other !== slot); }
  emit(sender, value) { for (const slot of this.slots) slot(sender, value); }
}

class Comm {
  constructor(kernel, targetName, commId) { Object.assign(this, {kernel, targetName, commId}); }
  open(data, metadata, buffers) { return this.post("comm_open", {target_name: this.targetName, data}, metadata); }
  send(data, metadata, buffers) { return this.post("comm_msg", {data}, metadata); }
  close(data, metadata) { return this.post("comm_close", {data}, metadata); }
  post(type, content, metadata) {
    return this.kernel.request("shell", type, {comm_id: this.commId, ...content}, metadata);
  }
}

export class Kernel {
  id = "kernel";
  name = "python3";
  username = "reader";
  clientId = crypto.randomUUID();
  status = "idle";
  connectionStatus = "connected";
  handleComms = true;
  iopubMessage = new Signal();
  statusChanged = new Signal();
  connectionStatusChanged = new Signal();
  disposed = new Signal();
  comms = new Map();
  targets = new Map();
  futures = new Map();

  constructor(send) { this.post = send; }

  request(channel, type, content, metadata = {}) {
    const header = {
      msg_id: crypto.randomUUID(), msg_type: type, username: this.username, session: this.clientId,
      date: new Date().toISOString(), version: "5.3",
    };
    const msg = {channel, header, parent_header: {}, metadata, content, buffers: []};
    let settle;
    const future = {msg, done: new Promise(resolve => { settle = resolve; })};
    this.futures.set(header.msg_id, {future, settle});
    this.post(msg);
    return future;
  }

  createComm(targetName, commId = crypto.randomUUID()) {
    const comm = new Comm(this, targetName, commId);
    this.comms.set(commId, comm);
    return comm;
  }

  hasComm(commId) { return this.comms.has(commId); }
  registerCommTarget(name, opened) { this.targets.set(name, opened); }
  removeCommTarget(name) { this.targets.delete(name); }
  registerMessageHook() {}
  removeMessageHook() {}
  requestCommInfo(content) { return this.request("shell", "comm_info_request", content).done; }

  receive(msg) {
    msg.buffers = msg.buffers ?? [];
    const {future, settle} = this.futures.get(msg.parent_header.msg_id) ?? {};
    if (msg.channel === "shell") {
      future?.onReply?.(msg);
      settle?.(msg);
    } else if (msg.channel === "iopub") {
      future?.onIOPub?.(msg);
      const comm = this.comms.get(msg.content.comm_id);
      if (msg.header.msg_type === "comm_msg") comm?.onMsg?.(msg);
      if (msg.header.msg_type === "comm_open")
        this.targets.get(msg.content.target_name)?.(this.createComm(msg.content.target_name, msg.content.comm_id), msg);
      this.iopubMessage.emit(this, msg);
    }
  }
}
