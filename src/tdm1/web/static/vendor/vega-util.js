// The three names of vega-util that the interpreter needs, from the Vega of this page.
export const { ascending, isString, DisallowedObjectProperties } = window.vega;
