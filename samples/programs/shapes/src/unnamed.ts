import { log } from './shapes';
export default function (value: number) { log.push(value); return value; } // default
