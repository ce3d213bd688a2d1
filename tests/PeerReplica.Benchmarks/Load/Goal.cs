namespace PeerReplica.Benchmarks.Load;

/// <summary>What a figure, or its ratio to the baseline, is to be at most or at least.</summary>
internal sealed record Goal(double Limit, bool IsOfRatio, bool IsLowerBound)
{
    public static Goal AtMost(double value) => new(value, false, false);

    public static Goal RatioAtMost(double ratio) => new(ratio, true, false);

    public static Goal RatioAtLeast(double ratio) => new(ratio, true, true);

    public bool? IsReachedBy(Figure figure)
    {
        var value = IsOfRatio ? figure.Ratio : figure.Value;
        return value is null ? null : IsLowerBound ? value >= Limit : value <= Limit;
    }

    public override string ToString() => $"{(IsOfRatio ? "ratio " : "")}{(IsLowerBound ? "≥" : "≤")} {Limit:#,0.##}";
}
