/**
 * Kafka in KRaft mode, with broker and controller in one process, run from the jars of Maven. Topics are not created
 * automatically: a typo in a topic's name must fail in tests as it would in production.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { cached, cachedFromMaven, type Log, runTool } from './downloads.ts'
import { findJava, keptIn } from './java.ts'
import { freePort } from './ports.ts'
import type { Component, StackFolder } from './supervision.ts'

const NODE_ID = 1
const CLUSTER_ID = 'dG9sbGdhdGUtc3RhY2stMQ'

const LOG4J = `
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %m (%c)%n%ex
rootLogger.level = WARN
rootLogger.appenderRef.console.ref = console
`

/** Returns what is needed to start Kafka, downloading it if necessary. */
export async function prepareKafka(log: Log): Promise<{ java: string; jars: string }> {
  const [java, jars] = await Promise.all([findJava(log), cachedFromMaven('kafka', log)])
  return { java, jars }
}

/** Starts Kafka. `settings` override the defaults of a stack. */
export async function startKafka(
  stack: StackFolder,
  log: Log,
  settings: Readonly<Record<string, string | number>> = {},
): Promise<{ component: Component; address: string }> {
  const [{ java, jars }, port, controllerPort] = await Promise.all([prepareKafka(log), freePort(), freePort()])
  const folder = stack.folderFor('kafka')
  const formatted = await cachedFormat(java, jars, log)
  await cp(formatted, join(folder, 'data'), { recursive: true })
  const properties = join(folder, 'server.properties')
  writeFileSync(properties, serverProperties(join(folder, 'data'), port, controllerPort, settings))
  writeFileSync(join(folder, 'log4j2.properties'), LOG4J)

  const broker = `127.0.0.1:${port}`
  const component = stack.supervise({
    name: 'kafka',
    command: java,
    args: [
      '-Xms256m',
      '-Xmx512m',
      '-XX:+UseG1GC',
      '-XX:MaxGCPauseMillis=20',
      ...keptIn(folder),
      `-Dlog4j2.configurationFile=${join(folder, 'log4j2.properties')}`,
      '-cp',
      join(jars, '*'),
      'kafka.Kafka',
      properties,
    ],
    endSignal: 'KILL',
    answers: () => describeCluster(broker),
  })
  await component.start()
  return { component, address: broker }
}

function serverProperties(
  data: string,
  port: number,
  controllerPort: number,
  more: Readonly<Record<string, string | number>> = {},
): string {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': NODE_ID,
    'controller.quorum.voters': `${NODE_ID}@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': data,
    'auto.create.topics.enable': false,
    'num.partitions': 1,
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // After a kill the controller refuses the same broker until the session of the dead one expires, by default after 9 s.
    'broker.session.timeout.ms': 4_000,
    'broker.heartbeat.interval.ms': 500,
    // By default the first member of a group waits three seconds for others.
    'group.initial.rebalance.delay.ms': 0,
    ...more,
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

/** Formatting needs a Java start, and its result has no paths or ports: it is done once and copied for each stack. */
async function cachedFormat(java: string, jars: string, log: Log): Promise<string> {
  const key = jars.slice(jars.lastIndexOf('-') + 1)
  const folder = await cached(
    {
      name: `kafka-format-${key}`,
      fill: async (target) => {
        const settings = join(target, 'server.properties')
        mkdirSync(join(target, 'data'))
        writeFileSync(settings, serverProperties(join(target, 'data'), 1, 2))
        const format = ['format', '--cluster-id', CLUSTER_ID, '--config', settings]
        await runTool(java, ['-cp', join(jars, '*'), 'kafka.tools.StorageTool', ...format], `${java} is missing`)
      },
    },
    log,
  )
  return join(folder, 'data')
}

/** Kafka answers when clients can see a broker and a controller. The port is open seconds earlier. */
async function describeCluster(broker: string): Promise<void> {
  const kafka = new Kafka({
    clientId: 'stack',
    brokers: [broker],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 1_000,
    retry: { retries: 0 },
  })
  const admin = kafka.admin()
  try {
    await admin.connect()
    const cluster = await admin.describeCluster()
    if (cluster.brokers.length === 0) throw new Error('no broker yet')
  } finally {
    await admin.disconnect()
  }
}
