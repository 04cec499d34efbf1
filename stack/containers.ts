/**
 * Runs the stack in containers, if TOLLGATE_STACK=containers asks for it and there is an engine. Health checks and use of the
 * components are the same, and the engine's reaper removes leftovers.
 */
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers'
import { until } from '../testkit/until.ts'
import { asStack, type ComponentName, type Stack, type Started } from './components.ts'
import type { Log } from './downloads.ts'
import { freePort } from './ports.ts'
import type { Component } from './supervision.ts'

const STARTERS: Record<ComponentName, () => Promise<Started>> = {
  async kafka() {
    // The outer port must be known in advance, because the broker advertises it to its clients.
    const port = await freePort()
    const container = await new GenericContainer('apache/kafka:4.2.0')
      .withExposedPorts({ container: port, host: port })
      .withEnvironment({
        KAFKA_NODE_ID: '1',
        KAFKA_PROCESS_ROLES: 'broker,controller',
        KAFKA_LISTENERS: `PLAINTEXT://:${port},INNER://:19092,CONTROLLER://:19093`,
        KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port},INNER://localhost:19092`,
        KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,INNER:PLAINTEXT,CONTROLLER:PLAINTEXT',
        KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
        KAFKA_INTER_BROKER_LISTENER_NAME: 'INNER',
        KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:19093',
        KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
        KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
        KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '4',
        KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
        KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
        KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS: '4',
        KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      })
      .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
      .start()
    return { component: asComponent('kafka', container), address: `127.0.0.1:${port}` }
  },
  async registry() {
    const port = await freePort()
    const container = await new GenericContainer('apicurio/apicurio-registry:3.3.3')
      .withExposedPorts({ container: 8080, host: port })
      .withEnvironment({ APICURIO_STORAGE_KIND: 'sql', APICURIO_STORAGE_SQL_KIND: 'h2' })
      .withWaitStrategy(Wait.forHttp('/apis/ccompat/v7/subjects', 8080))
      .start()
    const address = `http://${container.getHost()}:${port}/apis/ccompat/v7`
    return { component: asComponent('registry', container), address }
  },
  async postgres() {
    const port = await freePort()
    const container = await new GenericContainer('postgres:18')
      .withExposedPorts({ container: 5432, host: port })
      .withEnvironment({ POSTGRES_PASSWORD: 'postgres' })
      .withCommand(['postgres', '-c', 'shared_buffers=512MB', '-c', 'max_wal_size=4GB', '-c', 'max_connections=200'])
      // It appears twice; the first time is only the initialisation.
      .withWaitStrategy(Wait.forLogMessage('database system is ready to accept connections', 2))
      .start()
    const address = `postgres://postgres:postgres@${container.getHost()}:${port}/postgres`
    return { component: asComponent('postgres', container), address }
  },
  async redis() {
    const port = await freePort()
    const container = await new GenericContainer('redis:8')
      .withExposedPorts({ container: 6379, host: port })
      .withCommand(['redis-server', '--save', '', '--appendonly', 'no'])
      .withWaitStrategy(Wait.forLogMessage('Ready to accept connections'))
      .start()
    return { component: asComponent('redis', container), address: `redis://${container.getHost()}:${port}` }
  },
}

export async function startContainers(only: readonly ComponentName[], log: Log): Promise<Stack> {
  const started = new Map<ComponentName, Started>()
  const stop = async () => {
    await Promise.all([...started.values()].map(({ component }) => (component as ContainerComponent).remove()))
  }
  const starting = only.map(async (name) => {
    started.set(name, await STARTERS[name]())
    log(`${name} answers`)
  })
  const failed = (await Promise.allSettled(starting)).find((outcome) => outcome.status === 'rejected')
  if (failed) {
    await stop()
    throw failed.reason
  }
  return asStack(started, stop)
}

interface ContainerComponent extends Component {
  remove(): Promise<void>
}

function asComponent(name: ComponentName, container: StartedTestContainer): ContainerComponent {
  return {
    name,
    // The process belongs to the engine, and often runs in a virtual machine.
    pid: null,
    async kill(signal = 'SIGKILL') {
      const { getContainerRuntimeClient } = await import('testcontainers')
      const { container: containers } = await getContainerRuntimeClient()
      const running = containers.getById(container.getId())
      await running.kill({ signal })
      if (signal === 'SIGSTOP' || signal === 'SIGCONT') return
      await until(`${name} has ended by ${signal}`, async () => !(await running.inspect()).State.Running)
    },
    async start() {
      await container.restart()
    },
    async remove() {
      await container.stop({ remove: true })
    },
  }
}
