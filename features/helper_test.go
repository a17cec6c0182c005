package features_test

import "time"

func minuteDuration(n int) time.Duration { return time.Duration(n) * time.Minute }
