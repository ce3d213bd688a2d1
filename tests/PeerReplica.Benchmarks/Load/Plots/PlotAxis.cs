using System.Globalization;

namespace PeerReplica.Benchmarks.Load.Plots;

/// <summary>One axis: what it says, and where on it a value lies, from 0 to 1.</summary>
internal sealed class PlotAxis
{
    private readonly bool _isLogarithmic;
    private readonly double _from;
    private readonly double _to;

    private PlotAxis(string label, bool isLogarithmic, double from, double to, IReadOnlyList<(double Value, string Label)> ticks)
    {
        (Label, _isLogarithmic, _from, _to, Ticks) = (label, isLogarithmic, from, to, ticks);
    }

    public string Label { get; }

    public IReadOnlyList<(double Value, string Label)> Ticks { get; }

    public static PlotAxis Of(string label, bool isLogarithmic, IReadOnlyCollection<double> values) => isLogarithmic ? Logarithmic(label, values) : Linear(label, values);

    /// <summary>From the first of the ticks to the last, or to the greatest value if that is beyond.</summary>
    public static PlotAxis With(string label, IReadOnlyList<(double Value, string Label)> ticks, IEnumerable<double> values) =>
        new(label, false, ticks[0].Value, Math.Max(ticks[^1].Value, values.Max()), ticks);

    public static PlotAxis Logarithmic(string label, IReadOnlyList<(double Value, string Label)> ticks) => new(label, true, ticks[0].Value, ticks[^1].Value, ticks);

    public double Place(double value) => (Scale(value) - Scale(_from)) / (Scale(_to) - Scale(_from));

    private static PlotAxis Linear(string label, IReadOnlyCollection<double> values)
    {
        var rough = values.Max() / 5;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * ((double[])[1, 2, 5, 10]).First(m => m * power >= rough);
        var count = (int)Math.Ceiling(values.Max() / step);
        return new(label, false, 0, count * step, [.. Enumerable.Range(0, count + 1).Select(i => (i * step, Text(i * step)))]);
    }

    private static PlotAxis Logarithmic(string label, IReadOnlyCollection<double> values)
    {
        var (low, high) = ((int)Math.Floor(Math.Log10(values.Min())), (int)Math.Ceiling(Math.Log10(values.Max())));
        double[] steps = high - low > 3 ? [1] : [1, 2, 5];
        var all = Enumerable.Range(low, high - low + 1).SelectMany(p => steps.Select(s => s * Math.Pow(10, p))).ToArray();
        var from = all.Last(t => t <= values.Min());
        var to = all.First(t => t >= values.Max());
        return new(label, true, from, to, [.. all.Where(t => t >= from && t <= to).Select(t => (t, Text(t)))]);
    }

    private static string Text(double value) => value switch
    {
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1_000_000:0.##} M"),
        >= 1000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1000:0.##} k"),
        _ => value.ToString("0.####", CultureInfo.InvariantCulture),
    };

    private double Scale(double value) => _isLogarithmic ? Math.Log10(value) : value;
}
