namespace PeerReplica.AspNetCore.NodeReports;

/// <summary>What instances report of themselves, and how often.</summary>
public sealed class NodeReportOptions
{
    /// <summary>The most values of the app in a report.</summary>
    public const int MaxValues = 32;

    /// <summary>The most characters of a value's name or unit.</summary>
    public const int MaxNameLength = 64;

    /// <summary>The most characters of a text; the rest is cut off.</summary>
    public const int MaxTextLength = 256;

    /// <summary>
    /// How often an instance reports while nobody has a dashboard open. 1 s to 1 h. Default 10 s. A report is one replicated write of about 0.5 KiB, and 0.1 KiB more for each link.
    /// </summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often an instance reports while somebody has a dashboard open at any instance. 200 ms to 1 h. Default 1 s. In a cluster of more than 16 peers it is multiplied by peers / 16, since
    /// every report goes to every peer.
    /// </summary>
    public TimeSpan WatchedInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The most links in a report. 0 to 256. Default 64: beyond that the dashboard draws the rest from the other end only.</summary>
    public int MaxLinks { get; set; } = 64;

    internal List<NodeValueSource> Sources { get; } = [];

    /// <summary>
    /// Adds a number of the app to every report, such as a temperature or the length of a queue. Everyone who may see the dashboard sees it.
    /// </summary>
    /// <param name="name">What it is, for people. Up to <see cref="MaxNameLength"/> characters.</param>
    /// <param name="read">
    /// Reads the number, once for each report, on a thread of the pool. Must return at once: while it runs nothing is reported. If it throws, the value is left out, and that is logged once.
    /// </param>
    /// <param name="unit">The unit, for people, such as <c>°C</c>.</param>
    /// <exception cref="ArgumentException">The name is empty, too long or taken, or there are <see cref="MaxValues"/> values already.</exception>
    public NodeReportOptions AddValue(string name, Func<IServiceProvider, double> read, string? unit = null)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (unit?.Length > MaxNameLength) throw new ArgumentException($"A unit has at most {MaxNameLength} characters.", nameof(unit));
        return Add(name, services => read(services) is var number && double.IsFinite(number) ? new(name, number, null, unit) : null);
    }

    /// <summary>Adds a text of the app to every report, such as the name of a zone. As <see cref="AddValue"/> otherwise.</summary>
    /// <param name="name">What it is, for people. Up to <see cref="MaxNameLength"/> characters.</param>
    /// <param name="read">Reads the text, once for each report. Beyond <see cref="MaxTextLength"/> characters it is cut off.</param>
    /// <exception cref="ArgumentException">The name is empty, too long or taken, or there are <see cref="MaxValues"/> values already.</exception>
    public NodeReportOptions AddText(string name, Func<IServiceProvider, string?> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return Add(name, services => read(services) is { } text ? new(name, null, ReportText.Cut(text, MaxTextLength), null) : null);
    }

    private NodeReportOptions Add(string name, Func<IServiceProvider, NodeValue?> read)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (name.Length > MaxNameLength) throw new ArgumentException($"A value's name has at most {MaxNameLength} characters; '{name}' has {name.Length}.", nameof(name));
        if (Sources.Exists(s => s.Name == name)) throw new ArgumentException($"The value '{name}' is added twice.", nameof(name));
        if (Sources.Count == MaxValues) throw new ArgumentException($"A report has at most {MaxValues} values; '{name}' is one more.", nameof(name));
        Sources.Add(new(name, read));
        return this;
    }
}
