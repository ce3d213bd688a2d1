namespace PeerReplica.AspNetCore.Dashboard;

/// <summary>What the dashboard shows, and how many may look.</summary>
public sealed class PeerReplicaDashboardOptions
{
    /// <summary>
    /// Whether keys and values of the app's objects are shown to everyone whom the policy admits. Default <see langword="false"/>: the dashboard shows names, sizes and counts. Objects of the
    /// library's packages, whose names begin with <c>peerreplica.</c> (sessions, logins, keys of data protection), never show theirs.
    /// </summary>
    public bool ShowValues { get; set; }

    /// <summary>Names of objects whose keys and values stay hidden where <see cref="ShowValues"/> is set.</summary>
    public ISet<string> HiddenObjects { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>
    /// How many browsers may follow the dashboard at this instance at once. 1 to 1,000. Default 16. Further ones are answered with 503, and show the state without following it.
    /// </summary>
    public int MaxStreams { get; set; } = 16;

    /// <summary>
    /// How long a browser follows before it has to connect, and be authorized, again. 5 s to 1 h. Default 5 min. Browsers do so without the user; a user who lost the right to look
    /// sees nothing new after this time.
    /// </summary>
    public TimeSpan MaxStreamTime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a browser may take to receive one update before it is disconnected. 1 s to 10 min. Default 30 s. Until then it costs one connection: what it misses is not kept for it.
    /// </summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the state is read and sent while somebody follows. 200 ms to 1 min. Default 1 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The most entries of an object that one answer shows. 1 to 1,000. Default 100.</summary>
    public int MaxEntries { get; set; } = 100;

    /// <summary>Throws, with every fault in one message, if a value is out of its range.</summary>
    internal PeerReplicaDashboardOptions Validated()
    {
        var faults = new List<string>();
        if (MaxStreams is < 1 or > 1000) faults.Add($"MaxStreams is {MaxStreams}; it must be from 1 to 1,000.");
        Check(faults, nameof(MaxStreamTime), MaxStreamTime, TimeSpan.FromSeconds(5), TimeSpan.FromHours(1));
        Check(faults, nameof(SendTimeout), SendTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        Check(faults, nameof(Interval), Interval, TimeSpan.FromMilliseconds(200), TimeSpan.FromMinutes(1));
        if (MaxEntries is < 1 or > 1000) faults.Add($"MaxEntries is {MaxEntries}; it must be from 1 to 1,000.");
        return faults.Count == 0 ? this : throw new ArgumentException($"MapPeerReplicaDashboard: {string.Join(' ', faults)}");
    }

    private static void Check(List<string> faults, string name, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most) faults.Add($"{name} is {value}; it must be from {least} to {most}.");
    }
}
