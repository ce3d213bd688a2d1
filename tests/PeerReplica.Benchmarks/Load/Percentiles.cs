namespace PeerReplica.Benchmarks.Load;

internal static class Percentiles
{
    /// <summary>The smallest value that so much of all values does not exceed.</summary>
    public static double At(this IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Ceiling(sorted.Length * share) - 1, 0, sorted.Length - 1)];
    }

    public static double Median(this IEnumerable<double> values) => values.At(0.5);
}
