/** A real Redis Cluster of a test's own: primaries, each with a replica where that is asked. */
import { type RedisProcess, startRedis } from './start-redis.ts';

export interface RedisCluster extends AsyncDisposable {
  readonly processes: readonly RedisProcess[];
  readonly urls: readonly string[];
  /** The primaries at present. */
  primaries(): Promise<readonly RedisProcess[]>;
  /** The replica of a primary. */
  replicaOf(primary: RedisProcess): Promise<RedisProcess>;
  /** Resolves when every replica is in step with its primary, and the cluster is whole. */
  settled(): Promise<void>;
}

const slotCount = 16_384;

/** Starts a cluster. @param options.replicas of each primary. @default 0 */
export async function startCluster(options: {
  readonly primaries: number;
  readonly replicas?: number;
  readonly settings?: Readonly<Record<string, string>>;
}): Promise<RedisCluster> {
  const { primaries, replicas = 0 } = options;
  const settings = {
    'cluster-enabled': 'yes',
    'cluster-node-timeout': '2000',
    'cluster-replica-validity-factor': '0',
    ...options.settings,
  };
  const processes = await Promise.all(Array.from({ length: primaries * (1 + replicas) }, () => startRedis(settings)));

  async function until(reached: () => Promise<boolean>, what: string): Promise<void> {
    for (let round = 0; round < 1200; round++) {
      if (await reached().catch(() => false)) return;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`the cluster did not get there: ${what}`);
  }

  async function isWhole(process: RedisProcess): Promise<boolean> {
    const info = String(await process.ask(['CLUSTER', 'INFO']));
    return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${processes.length}`);
  }

  const [first] = processes;
  for (const [index, process] of processes.entries()) {
    if (index < primaries) {
      const from = Math.floor((index * slotCount) / primaries);
      const to = Math.floor(((index + 1) * slotCount) / primaries) - 1;
      await process.ask(['CLUSTER', 'ADDSLOTSRANGE', String(from), String(to)]);
    }
    await process.ask(['CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1)]);
    if (first !== undefined && process !== first) await process.ask(['CLUSTER', 'MEET', '127.0.0.1', String(first.port)]);
  }
  for (const process of processes) await until(() => isWhole(process), 'every process knows all others');
  for (const [index, process] of processes.entries()) {
    if (index < primaries) continue;
    const id = String(await (processes[index % primaries] as RedisProcess).ask(['CLUSTER', 'MYID']));
    await until(async () => (await process.ask(['CLUSTER', 'REPLICATE', id])) === 'OK', 'a replica follows its primary');
  }

  async function settled(): Promise<void> {
    for (const process of processes) {
      await until(() => isWhole(process), 'every process knows all others');
      await until(async () => {
        const info = String(await process.ask(['INFO', 'replication']));
        return info.includes('role:master') || info.includes('master_link_status:up');
      }, 'replicas are in step');
    }
    await until(async () => (await primariesNow()).length === primaries, `there are ${primaries} primaries`);
  }

  async function primariesNow(): Promise<readonly RedisProcess[]> {
    const roles = await Promise.all(
      processes.map((process) =>
        process.ask(['INFO', 'replication']).then(
          (info) => String(info).includes('role:master'),
          () => false,
        ),
      ),
    );
    return processes.filter((_, index) => roles[index]);
  }

  async function replicaOf(primary: RedisProcess): Promise<RedisProcess> {
    const info = String(await primary.ask(['INFO', 'replication']));
    const port = Number(/slave0:ip=[^,]*,port=(\d+)/.exec(info)?.[1]);
    const found = processes.find((process) => process.port === port);
    if (found === undefined) throw new Error('this primary has no replica');
    return found;
  }

  await settled();
  return {
    processes,
    urls: processes.map(({ url }) => url),
    primaries: primariesNow,
    replicaOf,
    settled,
    async [Symbol.asyncDispose]() {
      await Promise.all(processes.map((process) => process[Symbol.asyncDispose]()));
    },
  };
}
