using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    # Unless told otherwise, workerd connects to public addresses alone.
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "main") ],
);

const worker :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "worker.js") ],
  # The first date from which @redis/client is loaded as it is.
  compatibilityDate = "2026-03-17",
  compatibilityFlags = ["nodejs_compat"],
  bindings = [
    (name = "UNSAFE_EVAL", unsafeEval = void),
    (name = "REDIS", fromEnvironment = "POLLUX_REDIS"),
    (name = "HOST", durableObjectNamespace = "HostObject"),
  ],
  durableObjectNamespaces = [ (className = "HostObject", uniqueKey = "host") ],
  durableObjectStorage = (inMemory = void),
);
