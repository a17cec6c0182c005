package wfdb

// Format 0: a null signal. It has no bytes; every sample is invalid.
var format0 = format{number: 0, resolution: 12}
