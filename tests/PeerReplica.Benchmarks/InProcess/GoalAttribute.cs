namespace PeerReplica.Benchmarks.InProcess;

/// <summary>What a benchmark's figure may be at most. What is not set is not judged.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GoalAttribute : Attribute
{
    /// <summary>Times the baseline of the same category and size.</summary>
    public double Ratio { get; set; } = double.NaN;

    /// <summary>For one operation.</summary>
    public double Nanoseconds { get; set; } = double.NaN;

    /// <summary>Allocated by one operation, on whatever thread.</summary>
    public double Bytes { get; set; } = double.NaN;
}
