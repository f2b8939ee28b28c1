/** The simplest schemes: every member's packet forwarder does the same to its own radio. */
import type { Gang, Member, Scheme } from "../strategy.ts";
import { type RadioWrap, WrappedConcentrator } from "./wrapped-concentrator.ts";

export function radioScheme(wrapFor: (member: Member) => RadioWrap): (gang: Gang) => Scheme {
  return () => ({
    wrapAgent: (parts, member) => ({
      ...parts,
      concentrator: new WrappedConcentrator(parts.concentrator, wrapFor(member)),
    }),
  });
}
