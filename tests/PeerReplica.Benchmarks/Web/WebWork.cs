namespace PeerReplica.Benchmarks.Web;

/// <summary>One kind of request of the shop, as a script of wrk.</summary>
/// <param name="Name">What it does.</param>
/// <param name="Script">Makes the requests, from the cookies of some sessions.</param>
internal sealed record WebWork(string Name, Func<IReadOnlyList<string>, string> Script)
{
    private const int Keys = 1_000;

    /// <summary>In this order: what is read was written by the one before.</summary>
    public static WebWork[] All { get; } =
    [
        new("session write", cookies => Sessions(cookies, "POST", "'/session/basket/' .. n")),
        new("session read", cookies => Sessions(cookies, "GET", "'/session/basket'")),
        .. new (int Size, string Name)[] { (100, "100 B"), (4 << 10, "4 KiB"), (32 << 10, "32 KiB") }.SelectMany(s => new WebWork[]
        {
            new($"cache set, {s.Name}", _ => Requests("POST", $"'/bytes/k{s.Size}-' .. (n % {Keys}) .. '/{s.Size}'")),
            new($"cache get, {s.Name}", _ => Requests("GET", $"'/bytes/k{s.Size}-' .. (n % {Keys})")),
        }),
        new("output cache hit", _ => Requests("GET", "'/price'")),
        new("no state at all", _ => Requests("GET", "'/ready'")),
    ];

    private static string Requests(string method, string path) => $"""
        local n = 0
        request = function()
          n = n + 1
          return wrk.format("{method}", {path}, nil, nil)
        end
        """;

    private static string Sessions(IReadOnlyList<string> cookies, string method, string path) => $$"""
        local n = 0
        local cookies = { {{string.Join(", ", cookies.Select(c => $"\"{c}\""))}} }
        request = function()
          n = n + 1
          return wrk.format("{{method}}", {{path}}, { ["Cookie"] = cookies[n % #cookies + 1] }, nil)
        end
        """;
}
