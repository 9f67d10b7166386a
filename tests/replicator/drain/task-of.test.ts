import fc from "fast-check";
import type { DrainTask } from "../../../replicator/drain/task";
import { taskOf } from "../../../replicator/drain/task-of";
import { HOME, SENT } from "../records";
import { ELSEWHERE, HERE } from "./world";

const settings = { homeRegion: HOME, region: HERE };
const task: DrainTask = { v: 2, home: HOME, action: "drain", until: SENT + 1, moves: [HOME, HERE] };
const reclaim = {
  ...task,
  action: "reclaim",
  home: HERE,
  moves: [],
  rescued: { from: 1, until: 2 },
} as const;

describe("taskOf", () => {
  test.each<DrainTask>([
    task,
    { ...task, moves: [], processedBefore: 5 },
    { ...task, fromAfar: true, stay: true },
    { ...task, answersFor: [{ from: 1, until: 7 }] },
    reclaim,
  ])("reads %p", (one) => {
    expect(taskOf(JSON.parse(JSON.stringify(one)), settings, SENT)).toEqual(one);
  });

  test.each([
    ["unknown version", { ...task, v: 1 }],
    ["another home", { ...task, home: ELSEWHERE }],
    ["another home", { ...task, home: HERE }],
    ["another home", { ...reclaim, home: HOME }],
    ["too late", { ...task, until: SENT }],
    ["no task", { ...task, action: "move" }],
    ["no task", { ...task, moves: HOME }],
    ["no task", { ...task, moves: [1] }],
    ["no task", { ...task, moves: undefined }],
    ["no task", { ...task, until: "soon" }],
    ["no task", { ...task, processedBefore: null }],
    ["no task", { ...task, answersFor: {} }],
    ["no task", { ...task, answersFor: [{ from: 1 }] }],
    ["no task", { ...task, answersFor: [null] }],
    ["no task", { ...reclaim, rescued: undefined }],
    ["no task", { ...reclaim, rescued: { from: 1 } }],
    ["no task", {}],
    ["no task", null],
    ["no task", "drain"],
  ])("refuses as %s: %p", (refused, payload) => {
    expect(taskOf(payload, settings, SENT)).toEqual({ refused });
  });

  test("never throws", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (payload, field) => {
        for (const one of [
          payload,
          { ...task, rescued: payload, action: field },
          { ...task, answersFor: [payload], moves: field },
          { ...task, moves: [payload] },
          { ...reclaim, rescued: payload },
        ]) {
          expect(() => taskOf(one, settings, SENT)).not.toThrow();
        }
      }),
    );
  });
});
