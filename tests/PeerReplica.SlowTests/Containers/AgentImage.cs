using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Images;
using Microsoft.Extensions.Logging.Abstractions;

namespace PeerReplica.SlowTests.Containers;

/// <summary>
/// The sample's agent as an image, without a base image: a self-contained publish, and the machine's libraries that it links.
/// </summary>
internal sealed class AgentImage : IAsyncDisposable
{
    private const string Libraries = "/lib/x86_64-linux-gnu";

    private static readonly string[] s_linked =
    [
        "libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libssl.so.3", "libcrypto.so.3",
    ];

    private readonly IFutureDockerImage _image;
    private readonly Uri _endpoint;

    private AgentImage(IFutureDockerImage image, Uri endpoint) => (_image, _endpoint) = (image, endpoint);

    public string Name => _image.FullName;

    public static async Task<AgentImage> BuildAsync(Uri endpoint)
    {
        var folder = Directory.CreateTempSubdirectory("peerreplica-image-").FullName;
        try
        {
            await PublishAsync(folder);
            CopyLibraries($"{folder}/context");
            Directory.CreateDirectory($"{folder}/context/etc");
            await File.WriteAllTextAsync($"{folder}/context/etc/nsswitch.conf", "hosts: files dns\n");
            await File.WriteAllTextAsync($"{folder}/context/Dockerfile", """
                FROM scratch
                COPY app /app
                COPY lib /lib
                COPY lib64 /lib64
                COPY etc /etc
                WORKDIR /tmp
                ENTRYPOINT ["/app/TicketCounter"]
                """);
            var image = new ImageFromDockerfileBuilder().WithDockerEndpoint(endpoint).WithLogger(NullLogger.Instance)
                .WithName($"peerreplica-tests-{Environment.ProcessId}:local")
                .WithContextDirectory($"{folder}/context").WithDockerfileDirectory($"{folder}/context").Build();
            await image.CreateAsync();
            return new AgentImage(image, endpoint);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Docker.RunAsync(_endpoint, "image", "rm", "--force", Name);
        await _image.DisposeAsync();
    }

    /// <summary>Builds into the folder alone, so that the source tree's own build output stays as it is.</summary>
    private static async Task PublishAsync(string folder)
    {
        var (code, output, errors) = await Docker.RunAsync(
            "dotnet", new Uri("unix:///"), [],
            "publish", SourceTree.PathOf("samples", "TicketCounter"), "-c", "Release", "-r", "linux-x64", "--self-contained",
            "--artifacts-path", $"{folder}/artifacts", "-o", $"{folder}/context/app", "-p:RunAnalyzers=false", "-p:DebugType=none", "-nodeReuse:false");
        if (code != 0) throw new InvalidOperationException($"dotnet publish: {output}{errors}");

        // For debuggers only, and large.
        foreach (var file in (string[])["libmscordbi.so", "libmscordaccore.so"]) File.Delete($"{folder}/context/app/{file}");
    }

    private static void CopyLibraries(string context)
    {
        Directory.CreateDirectory($"{context}{Libraries}");
        Directory.CreateDirectory($"{context}/lib64");
        foreach (var library in s_linked)
            File.Copy(new[] { $"{Libraries}/{library}", $"/usr{Libraries}/{library}" }.First(File.Exists), $"{context}{Libraries}/{library}");
        File.Copy("/lib64/ld-linux-x86-64.so.2", $"{context}/lib64/ld-linux-x86-64.so.2");
    }
}
