/** Radius of the sphere with the Earth's area, metres (WGS 84 authalic; H3 uses it too). */
export const EARTH_RADIUS_METERS = 6_371_007.18;
/** Thermal noise at 290 K, dBm in 1 Hz. */
export const THERMAL_NOISE_DBM = -174;
