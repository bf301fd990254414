using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [ (name = "main", worker = .worker) ],
  sockets = [ (name = "http", address = "127.0.0.1:3000", http = (), service = "main") ],
);

const worker :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "dist/worker.js") ],
  compatibilityDate = "2026-01-01",
  bindings = [ (name = "COMMUNICATION", durableObjectNamespace = "Communication") ],
  durableObjectNamespaces = [ (className = "Communication", uniqueKey = "communication") ],
  durableObjectStorage = (inMemory = void),
);
