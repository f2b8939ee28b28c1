import type { Devices } from "../devices.ts";
import { linkTo } from "../route.ts";
import { agoWords } from "../words.ts";

export function DevicesPanel(props: { devices: Devices }) {
  const { items, problem } = props.devices;
  return (
    <>
      <h1>Your devices</h1>
      {problem !== undefined && <p className="bad">{problem}</p>}
      <ul className="rows" data-testid="devices">
        {items.map((device) => (
          <li key={device.devEui} className="row">
            <span>
              <a href={linkTo.device(device.devEui)}>{device.name}</a>
              <br />
              <span className="soft">
                {device.lastSeenAt === undefined
                  ? "not heard yet"
                  : `heard ${agoWords(device.lastSeenAt, Date.now())}`}
              </span>
            </span>
            <span className="soft">{device.packets} packets</span>
          </li>
        ))}
      </ul>
    </>
  );
}
