import { stateOf } from "../../ownership/states";
import type { Simulation } from "./simulation";

/** Regions that own a home, according to their phase. */
export function owners(world: Simulation, home: string): readonly string[] {
  return world.inPhase(home, "owner");
}

/** Runs until a region is the owner of a home. @returns the seconds that took; fails when it takes longer than `withinSeconds` */
export function untilOwner(world: Simulation, region: string, home: string, withinSeconds: number): number {
  const begun = world.now;
  while (stateOf(world.region(region).states, home).phase !== "owner") {
    if (world.now - begun > withinSeconds * 1_000) {
      throw new Error(`${region} waits for ${stateOf(world.region(region).states, home).waitsFor}`);
    }
    world.run(5);
  }
  return (world.now - begun) / 1_000;
}
