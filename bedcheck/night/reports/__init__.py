"""Reports that come by themselves: who gets them, when they are due, how they are sent."""
