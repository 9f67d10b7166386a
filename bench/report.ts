import { CASE_NAMES } from "./cases";
import { BARE, EMPTY } from "./measure/cold-start";
import { DRAINER_MEMORY_MB } from "./measure/drainer";
import { caseFigures, shareOfLimit } from "./ratios";
import type { Measured } from "./result";
import { significant } from "./statistics";
import { type Row, textTable } from "./table";
import { TARGETS, type TargetName, type TargetVerdict, verdicts } from "./targets";

/** Lambda gives a whole core at 1,769 MB: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const LAMBDA_SHARE = DRAINER_MEMORY_MB / 1_769;

/** A part of a report: figures, and how to read them. */
export interface Section {
  readonly title: string;
  readonly notes: readonly string[];
  readonly head: Row;
  readonly rows: readonly Row[];
}

/** All figures as text for a terminal. */
export function textReport(measured: Measured): string {
  const { date, machine, quick } = measured;
  const sections = [...absoluteSections(measured), ...ratioSections(measured)];
  return [
    `${date}: ${machineLine(machine)}${quick ? "; a quick run, for trying: its figures mean little" : ""}`,
    ...sections.map(
      ({ title, notes, head, rows }) =>
        `${title}\n${notes.map((note) => `  ${note}\n`).join("")}${textTable(head, rows)}`,
    ),
    summary(verdicts(measured)),
  ].join("\n\n");
}

/** The machine in words. */
export function machineLine({ platform, cores, node, load }: Measured["machine"]): string {
  return `${platform}, ${cores} cores, Node ${node}, load ${load.before.toFixed(1)} before and ${load.after.toFixed(1)} at the end`;
}

/** Figures that only compare with others of the same run and machine. */
function absoluteSections({ throughput }: Measured): readonly Section[] {
  if (throughput === undefined) return [];
  return [
    {
      title: "Messages per second and CPU, one worker",
      notes: [
        "Medians. async and fifo are two functions, which run side by side on AWS; each is measured by itself.",
        `The stub answers ${Math.round(throughput.stubCallsPerSecond)} calls/s at most and was busy ${percent(throughput.stubShare)} of a core at most.`,
      ],
      head: [
        "function",
        "latency ms",
        "records/event",
        "messages/s",
        "raw limit/s",
        "CPU ms/1,000",
        "raw CPU ms/1,000",
      ],
      rows: throughput.figures.map(({ id, latencyMs, records, messagesPerSecond, cpuMsPer1000, limit }) => [
        id,
        String(latencyMs),
        String(records),
        messagesPerSecond.toFixed(messagesPerSecond < 100 ? 1 : 0),
        limit?.messagesPerSecond.toFixed(0) ?? "",
        cpuMsPer1000.toFixed(0),
        limit?.cpuMsPer1000.toFixed(0) ?? "",
      ]),
    },
  ];
}

/** Ratios and sizes: what can be compared between machines, more or less. */
export function ratioSections(measured: Measured): readonly Section[] {
  const judged = verdicts(measured);
  const verdict = (target: TargetName, subject: string): string => {
    const found = judged.find((one) => one.target === target && one.subject === subject);
    return found === undefined ? "" : metOrNot(found);
  };
  return [
    ...throughputSections(measured, verdict),
    ...drainerSection(measured, verdict),
    ...isolationSection(measured, verdict),
    ...coldStartSection(measured, verdict),
    ...memorySection(measured, verdict),
    {
      title: "Archives",
      notes: [],
      head: ["function", "KiB", "SHA-256 begins", "at most 200"],
      rows: measured.archives.map(({ name, bytes, digest }) => [
        name,
        (bytes / 1_024).toFixed(1),
        digest.slice(0, 12),
        verdict("archive", name),
      ]),
    },
  ];
}

type VerdictOf = (target: TargetName, subject: string) => string;

function throughputSections({ throughput }: Measured, verdict: VerdictOf): readonly Section[] {
  if (throughput === undefined) return [];
  const cases = caseFigures(throughput);
  const largest = CASE_NAMES.flatMap((name) => cases.findLast((figure) => figure.case === name) ?? []);
  return [
    {
      title: "SQS requests per message at full batches, two regions",
      notes: [
        "What the functions send was counted at the stub. There is no poller: for every ten records one ReceiveMessage and one",
        "DeleteMessageBatch are added, which Lambda's pollers make on AWS; async and fifo have them twice, for ingress and outbox.",
      ],
      head: ["case", "requests", "target", ""],
      rows: largest.map(({ case: name, requestsPerMessage }) => [
        name,
        requestsPerMessage.toFixed(2),
        { async: "≤ 0.75", "semi-sync": "≤ 0.45", "hand-written": "(≥ 2)" }[name as string] ?? "",
        verdict("requests", name),
      ]),
    },
    {
      title: "Against the hand-written handler",
      notes: [
        "The slower one of a case's functions counts for throughput, all of them count for CPU. At 70 ms at least 10 times is the target.",
      ],
      head: ["case", "latency ms", "records/event", "throughput", "CPU per message", "target"],
      rows: cases
        .filter((figure) => figure.case !== "hand-written")
        .map(({ case: name, latencyMs, records, timesHandWritten, cpuOfHandWritten }) => [
          name,
          String(latencyMs),
          String(records),
          `${significant(timesHandWritten)} ×`,
          percent(cpuOfHandWritten),
          latencyMs === 70 ? verdict("handWritten", `${name}, events of ${records}`) : "",
        ]),
    },
    {
      title: "Against the raw limit",
      notes: [
        "A loop that sends prebuilt entries with our clients, to the same queues, with as many calls in flight as the function has at",
        "most for events of that size; it parses nothing and writes no logs. Target: at least 90 % of it. Event by event: the share of the",
        "same loop when it waits for all calls of an event before the next one, as Lambda has every function do.",
      ],
      head: [
        "function",
        "latency ms",
        "records/event",
        "calls in flight",
        "queues",
        "share of limit",
        "target",
        "event by event",
      ],
      rows: throughput.figures.flatMap((figure) => {
        const share = shareOfLimit(figure);
        if (share === undefined || figure.limit === undefined) return [];
        const { id, latencyMs, records, limit } = figure;
        return [
          [
            id,
            String(latencyMs),
            String(records),
            String(limit.callsInFlight),
            String(limit.queues),
            percent(share),
            verdict("limit", `${id}, ${latencyMs} ms, events of ${records}`),
            limit.eventByEventPerSecond === undefined
              ? ""
              : percent(figure.messagesPerSecond / limit.eventByEventPerSecond),
          ],
        ];
      }),
    },
  ];
}

function drainerSection({ drainer }: Measured, verdict: VerdictOf): readonly Section[] {
  if (drainer === undefined) return [];
  return [
    {
      title: "Copies per second, one drainer",
      notes: [
        "Absolute figures of this machine, because the target is one. Every batch is full; prune finds all in the ledger, move none. The last",
        `column is what its CPU time would allow at ${DRAINER_MEMORY_MB} MB, for which Lambda gives ${percent(LAMBDA_SHARE)} of a core.`,
      ],
      head: [
        "task",
        "latency ms",
        "copies/s",
        "at least 1,000",
        "CPU ms/1,000",
        "requests/copy",
        "CPU allows/s",
      ],
      rows: drainer.map(({ id, latencyMs, copiesPerSecond, cpuMsPer1000, requestsPerCopy }) => [
        id,
        String(latencyMs),
        copiesPerSecond.toFixed(0),
        verdict("drainer", `${id}, ${latencyMs} ms`),
        cpuMsPer1000.toFixed(0),
        requestsPerCopy.toFixed(2),
        ((1e6 * LAMBDA_SHARE) / cpuMsPer1000).toFixed(0),
      ]),
    },
  ];
}

function isolationSection({ isolation }: Measured, verdict: VerdictOf): readonly Section[] {
  const [first] = isolation ?? [];
  if (isolation === undefined || first === undefined) return [];
  return [
    {
      title: "Home throughput while the peer is away",
      notes: [
        `Latency ${first.latencyMs} ms, events of ${first.records}, warm workers. Black-holed: connections are taken and never answered; refused:`,
        "they are closed at the call. Onset: from the moment of the fault. Then: afterwards, what probes cost included.",
      ],
      head: ["case", "peer", "onset", "then", "measured s", "at least 90 %"],
      rows: isolation.map(({ case: name, fault, healthy, onset, faulty, faultySeconds }) => [
        name,
        fault,
        percent(onset / healthy),
        percent(faulty / healthy),
        faultySeconds.toFixed(0),
        fault === "black-holed" ? verdict("isolation", name) : "",
      ]),
    },
  ];
}

function coldStartSection({ coldStarts }: Measured, verdict: VerdictOf): readonly Section[] {
  if (coldStarts === undefined) return [];
  const reference = (id: string) => coldStarts.find((figure) => figure.id === id);
  const bare = reference(BARE);
  const empty = reference(EMPTY);
  return [
    {
      title: "Cold start, in multiples of an empty function that makes an SQS client",
      notes: [
        "Medians, from the start of a fresh process, bundled alike. Init: until the code is loaded; the empty function only makes a client.",
        "First event: until one record is answered; the empty function sends it too, in one call to each of as many queues, because an",
        "SDK's first call costs more than all loading. Sends nothing: the same against an empty function that answers without a call.",
        ...(bare === undefined || empty === undefined
          ? []
          : [
              `Node itself, without the SDK, is ${percent(bare.initialisedMs / empty.initialisedMs)} of the empty function's init.`,
            ]),
      ],
      head: [
        "function",
        "init",
        "at most 1.3",
        "first event",
        "at most 1.3",
        "against one that sends nothing",
      ],
      rows: coldStarts.flatMap(({ id, initialisedMs, answeredMs, empty }) =>
        empty === undefined
          ? []
          : [
              [
                id,
                `${significant(initialisedMs / empty.initialisedMs)} ×`,
                verdict("coldStart", `${id}, init`),
                `${significant(answeredMs / empty.sendingAnsweredMs)} ×`,
                verdict("coldStart", `${id}, first event`),
                `${significant(answeredMs / empty.answeredMs)} ×`,
              ],
            ],
      ),
    },
  ];
}

function memorySection({ memory }: Measured, verdict: VerdictOf): readonly Section[] {
  if (memory === undefined) return [];
  const { records, events, payloadBytes } = memory.largeEvent;
  const megabytes = (bytes: number | undefined) => (bytes === undefined ? "" : (bytes / 1e6).toFixed(0));
  return [
    {
      title: "Peak memory of a worker (resident set, MB)",
      notes: [
        "A fresh process, its heap limited as Lambda limits that of a function with 256 MB, which is the default and the target.",
        `Large: events of ${records} records, ${(payloadBytes / 1e6).toFixed(1)} MB of JSON; after the first of them and after ${events}.`,
      ],
      head: ["function", "events of 10", "first large", `${events} large`, "at most 256"],
      rows: memory.figures.map(({ id, smallBytes, firstLargeBytes, largeBytes }) => [
        id,
        megabytes(smallBytes),
        megabytes(firstLargeBytes),
        megabytes(largeBytes),
        verdict("memory", id),
      ]),
    },
  ];
}

function summary(all: readonly TargetVerdict[]): string {
  const lines = (Object.keys(TARGETS) as TargetName[]).flatMap((target) => {
    const ofTarget = all.filter((verdict) => verdict.target === target);
    if (ofTarget.length === 0) return [];
    const missed = ofTarget.filter(({ met }) => !met);
    return [
      `${missed.length === 0 ? "met    " : "NOT MET"}  ${TARGETS[target]}: ${ofTarget.length - missed.length} of ${ofTarget.length}`,
      ...missed.map(
        ({ subject, value, wanted, bound }) =>
          `         ${subject}: ${significant(value)}, wanted ${wanted} ${bound}`,
      ),
    ];
  });
  return ["Targets", ...lines].join("\n");
}

function metOrNot({ met }: TargetVerdict): string {
  return met ? "met" : "not met";
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
