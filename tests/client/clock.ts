/** Sets the clock that everybody reads, Powertools included, to `now`; the function that comes back moves it on. */
export function stopClock(now: number): (milliseconds: number) => void {
  let time = now;
  jest.spyOn(Date, "now").mockImplementation(() => time);
  return (milliseconds) => {
    time += milliseconds;
  };
}
