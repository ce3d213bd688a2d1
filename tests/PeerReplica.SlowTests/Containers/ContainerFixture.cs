using DotNet.Testcontainers.Configurations;

namespace PeerReplica.SlowTests.Containers;

/// <summary>The engine and the image of all container tests; removes both after the last one.</summary>
public sealed class ContainerFixture : IAsyncLifetime
{
    private DockerEngine? _engine;
    private AgentImage? _image;

    internal Uri Endpoint => _engine!.Endpoint;

    internal string Image => _image!.Name;

    public async Task InitializeAsync()
    {
        if (Docker.WhyNot is not null) return;
        _engine = await DockerEngine.StartAsync();

        // Only now: the test library reads the API's version when it is first used. The reaper's image would come from a registry; every test removes
        // what it made.
        TestcontainersSettings.ResourceReaperEnabled = false;
        _image = await AgentImage.BuildAsync(Endpoint);
    }

    public async Task DisposeAsync()
    {
        if (_image is not null) await _image.DisposeAsync();
        if (_engine is not null) await _engine.DisposeAsync();
    }
}
